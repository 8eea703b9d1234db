"""Help: guides and questions of every service, and «this is wrong»."""
