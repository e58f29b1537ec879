"""What Discord accepts in a body, and the exact form in which it says what it does not accept."""
