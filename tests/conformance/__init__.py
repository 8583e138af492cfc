"""What AWS answers, as data, and the runner that holds the fake against it."""
