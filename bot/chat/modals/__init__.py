"""Forms (Discord's modals): building them, and handling what users submit."""
