// Translates commands to the member's language. `key` is the untranslated name, which the bot knows.

const inLanguage = (node, part, locale) => node[`${part}_localizations`]?.[locale] ?? node[part];

export function localize(node, locale) {
  return {
    ...node,
    key: node.name,
    name: inLanguage(node, "name", locale),
    description: inLanguage(node, "description", locale),
    options: node.options?.map((option) => localize(option, locale)),
    choices: node.choices?.map((choice) => ({ ...choice, name: inLanguage(choice, "name", locale) })),
  };
}

export const choiceName = (choice, locale) => inLanguage(choice, "name", locale);
