"""The JSON API: the same reads and changes as the screens, for programs such as an ERP."""
