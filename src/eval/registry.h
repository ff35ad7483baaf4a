/* SPDX-License-Identifier: MIT
 *
 * Flake registries: files that say what "nixpkgs" stands for (Nix manual, "nix registry"). Only
 * files of this machine are read; nothing is looked up elsewhere. */
#pragma once

#include "eval/eval_int.h"
#include "source/locator.h"

enum registry_kind {
	REGISTRY_GLOBAL, /* the setting flake-registry, for inputs and fetchTree */
	REGISTRY_ALL,    /* also the user's and the system's, for what a person names */
};

/* Replaces an indirect reference by what the registries say; another one may be replaced, too. An
 * indirect one that none knows is an error. The result may have `dir`. */
errint registry_resolve(struct eval *E, struct locator *ref, enum registry_kind kind);
