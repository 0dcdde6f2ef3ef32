"""Who said they would come: the form, the personal link, the waiting list, the imported sheets."""
