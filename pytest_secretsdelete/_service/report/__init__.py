"""The report of a test's secrets: from facts to sentences and rows, and from those to text or a page."""
