"""How anju looks (设计): tokens, components, form rendering. Owns templates and static files; holds no data."""
