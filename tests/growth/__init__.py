"""What grows with calls, with changes, with fakes and with clients."""
