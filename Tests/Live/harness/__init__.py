"""What the live tests are made of: the server under test, its tokens, and the peers that call through it."""
