"""The voices of the street: each adapter speaks one protocol and knows no room."""
