"""A stateful stand-in of the Beenius platform, to build and test against. Nothing in plugins/ imports it."""
