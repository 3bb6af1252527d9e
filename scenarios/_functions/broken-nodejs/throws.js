throw new RangeError("raised while the module was loaded");
