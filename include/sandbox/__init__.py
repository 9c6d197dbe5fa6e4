"""A stateful simulation of the Beenius platform, to build and test against. Nothing in plugins/ imports it."""
