#!/usr/bin/env node
// A file of its own, since npm links a program only when its file is there at install time, before the first build.
import '../dist/main.js';
