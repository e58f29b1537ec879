// Light or dark: the system's choice, or the one made with the page's button. Runs before the page is drawn.

const THEME = "theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (localStorage.getItem(THEME) ?? (system.matches ? "dark" : "light")) === "dark";
const apply = () => { document.documentElement.style.colorScheme = isDark() ? "dark" : "light"; };

apply();
system.addEventListener("change", apply);
// another tab chose
addEventListener("storage", apply);
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#theme")) return;
  localStorage.setItem(THEME, isDark() ? "light" : "dark");
  apply();
});
