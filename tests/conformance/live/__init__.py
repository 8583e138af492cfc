"""A run of the table's rows against a real endpoint: `python -m tests.conformance.live`.

What a live run compares, and what it cannot:

- Names: each row has names of its own, PREFIX-RUN/NUMBER/ and the name of the table. Requests are translated to them,
  answers are translated back, as are the account and the region, and then compared.
- Listings are narrowed to the names of the row by a filter on the name; what others own is never compared or written.
- Dates: nobody knows the exact instant at which the endpoint answered. A date agrees within ten minutes of the instant
  of the table, counted from the start of the row. A date without a time of day must be exactly midnight.
- Rows are left out that need the clock, the fake's own options, another account, a rotation function, a key, a request
  that botocore refuses to send, or a policy that endangers the secret. The report names each with its reason.
- A check of what is there after the call is left out where it needs the fake; the report says so.
"""
