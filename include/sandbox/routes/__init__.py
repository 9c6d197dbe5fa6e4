"""The HTTP routes of the sandbox: a module for each part of the contract, and the admin calls."""
