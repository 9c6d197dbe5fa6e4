"""The HTTP of the sandbox, a module for each part of the contract, and the admin calls."""
