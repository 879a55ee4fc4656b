"""The generated part of docs/: one module for each page, each a function that gives its text."""
