"""What a client may ask for by law: everything that is held about them, and its erasure."""
