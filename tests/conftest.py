"""What all tests need."""

pytest_plugins = ["pytester"]
