"""What archives hold, told without unpacking them onto the disk."""
