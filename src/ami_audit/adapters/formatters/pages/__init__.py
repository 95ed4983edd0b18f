"""What each answer says, one file an answer."""
