"""The platform without a browser: log in, start a server, run a notebook there and as a job."""
