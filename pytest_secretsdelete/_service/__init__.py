"""AWS Secrets Manager alone: its rules, its secrets and its answers, on the standard library."""
