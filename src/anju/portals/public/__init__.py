"""The public portal: the start page, log-in, opening the online service, progress without log-in."""
