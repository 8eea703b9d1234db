"""The notices room: messages (消息) to people and units, and the text messages (短信) that point to them.

The inbox is the record; an SMS only points to it. Front door: `notices.actions`, `notices.queries`,
`notices.types`. Refuses an SMS that names a person, an ID, a balance or a link.
"""
