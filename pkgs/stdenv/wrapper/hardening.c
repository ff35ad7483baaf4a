/* SPDX-License-Identifier: MIT
 *
 * Flags by the words of NIX_HARDENING_ENABLE. */
#include "wrapper.h"

#include <string.h>

static const struct hardening {
	const char *word;
	const char *flags[4];
	bool not_fortran;
} compile[] = {
	/* of these two the stronger one */
	{"fortify3", {"-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3"}, false},
	{"fortify", {"-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"}, false},
	{"format", {"-Wformat", "-Wformat-security", "-Werror=format-security"}, true},
	{"pacret", {"-mbranch-protection=pac-ret"}, false},
	{"pic", {"-fPIC"}, false},
	{"shadowstack", {"-fcf-protection=return"}, false},
	{"stackclashprotection", {"-fstack-clash-protection"}, false},
	{"stackprotector", {"-fstack-protector-strong", "--param", "ssp-buffer-size=4"}, false},
	{"strictoverflow", {"-fno-strict-overflow"}, false},
	{"trivialautovarinit", {"-ftrivial-auto-var-init=pattern"}, false},
	{"zerocallusedregs", {"-fzero-call-used-regs=used-gpr"}, false},
};

void hardening_cc(struct words *to, bool fortran, bool executable)
{
	struct words on = {0};
	bool fortified = false;

	env_words(TOOL_CC, "NIX_HARDENING_ENABLE", &on);
	for (size_t i = 0; i < sizeof(compile) / sizeof(compile[0]); i++) {
		const struct hardening *h = &compile[i];
		bool fortify = starts(h->word, "fortify");

		if (!words_has(&on, h->word) || (fortran && h->not_fortran) ||
		    (fortify && fortified))
			continue;
		fortified |= fortify;
		for (size_t j = 0; j < 4 && h->flags[j]; j++)
			words_add(to, h->flags[j]);
	}
	if (!words_has(&on, "pie"))
		return;
	words_add(to, "-fPIE");
	if (executable)
		words_add(to, "-pie");
}

void hardening_ld(struct words *to)
{
	struct words on = {0};

	env_words(TOOL_LD, "NIX_HARDENING_ENABLE", &on);
	if (words_has(&on, "relro")) {
		words_add(to, "-z");
		words_add(to, "relro");
	}
	if (words_has(&on, "bindnow")) {
		words_add(to, "-z");
		words_add(to, "now");
	}
}
