"""Rules of AWS that need no store: resource policies, rotation schedules, passwords."""
