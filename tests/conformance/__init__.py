"""AWS's answers as data, and the runner that compares the fake's answers with them."""
