"""Time: reading it, freezing it, moving it, and sleeping that moves it. freezegun is imported here alone."""
