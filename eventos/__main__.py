"""`python -m eventos …`"""

from eventos.cli import main

main()
