"""The screens: each module has the pages of one screen of the manual, and reads or changes through the rooms."""
