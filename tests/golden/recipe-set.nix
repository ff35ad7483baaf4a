{ pname = "foo"; version = "1.0"; }
