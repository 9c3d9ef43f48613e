"""`python -m tui_backprop` is `tui-backprop`."""

from tui_backprop.cli.main import main

raise SystemExit(main())
