/* SPDX-License-Identifier: MIT
 *
 * `builtin:kiln-wheel-1`: one wheel, installed. Environment of the derivation, lists separated by
 * blanks unless said otherwise:
 *
 *	wheel		the wheel, a store path that ends in its file name
 *	python		the interpreter that programs start with and that compiles
 *	pythonVersion	"3.13.5"
 *	propagatedBuildInputs	direct dependencies, for nix-support
 *	pythonPath	packages with all that they need: programs find them, checkDeps looks there
 *	slots		names of slots that the package needs itself
 *	removeDeps	PEP 503 names to take out of METADATA, or "*"
 *	relaxDeps	names whose bounds go, or "*"
 *	checkDeps	1: every dependency must be in pythonPath, or be a slot; warn: it is told
 *	checkRecord	warn: a file that is not what RECORD says is told, no error
 *	compile		1: bytecode beside every module
 *	runpath		library folders by colons: each object gets those that hold what it needs
 *	loader loaderPath patchelf	how to run patchelf; loader is also what executables get
 *	dontWrap dontRelocate	not empty: programs get no module path, objects no library path
 *	step		empty: all of it. Else a recipe's own build, which calls the built-in
 *			(builtin_serve): install: unpacks and checks the wheels, makes entry points;
 *			finish: what follows, on all that is in the output by then, without `wheel`
 *	fileList	install appends the path of each file, with a NUL
 *
 * Output: lib/pythonX.Y/site-packages, bin, and what the wheel's .data asks for; a RECORD of all of
 * it; nix-support, where slots.json says what native modules want of slots (py/native.h). The bits
 * depend on the wheel and on these values only. */
#pragma once

#include "sandbox/builtin.h"

extern const struct builtin_builder builder_wheel_1;
