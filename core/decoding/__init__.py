"""How is a hostile file opened safely? Disposable, sandboxed child processes."""
