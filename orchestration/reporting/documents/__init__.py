"""The documentation that is published with a version: pages for people, exports for tools."""
