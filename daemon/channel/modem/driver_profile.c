/* driver_profile.c - what is different from maker to maker. */
#include <string.h>
#include <strings.h>

#include "driver_room.h"

#include "banned.h"

/*
 * Of the makers' manuals (1.11, 12.2); each command is asked for by =? before it is used.
 * SIMCom's CATR=0 sends unsolicited lines to every port, Quectel's go to one.
 */
#define CFUN "AT+CFUN=1,1"
#define CATR "AT+CATR=?", "AT+CATR=0"
#define QURC "AT+QURCCFG=?", "AT+QURCCFG=\"urcport\",\"usbat\""
enum { HEAT_PMU = 1, HEAT_CMTE = 2, HEAT_QTEMP = 4, HEAT_CHIP = 8 };

/* clang-format off */
static const struct driver_profile profiles[] = {
	{ "sim800", "SIMCOM", "SIM8", 100, 100, CFUN, NULL, NULL, HEAT_CMTE },
	{ "sim800", "SIMCOM", "SIM9", 100, 100, CFUN, NULL, NULL, HEAT_CMTE },
	{ "simcom", "SIMCOM", "", 20, 20, CFUN, CATR, HEAT_PMU | HEAT_CMTE },
	{ "quectel2g", "Quectel", "M", 100, 100, CFUN, NULL, NULL, 0 },
	{ "quectel", "Quectel", "", 20, 20, CFUN, QURC, HEAT_QTEMP },
	{ "huawei2g", "huawei", "E1", 100, 100, CFUN, NULL, NULL, 0 },
	{ "huawei", "huawei", "", 20, 20, "AT^RESET", NULL, NULL, HEAT_CHIP },
	{ "ublox", "u-blox", "", 20, 20, "AT+CFUN=16", NULL, NULL, 0 },
	{ "generic", "", "", 20, 20, CFUN, NULL, NULL, 0 },
};
/* clang-format on */
enum { PROFILES = sizeof profiles / sizeof *profiles };

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

const struct driver_profile *profile_of(const char *maker, const char *model)
{
	size_t i = 0;

	while (!begins(maker, profiles[i].maker) || !begins(model, profiles[i].model))
		i++; /* the last row fits everything */
	return &profiles[i];
}

const struct driver_profile *profile_named(const char *name)
{
	for (size_t i = 0; i < PROFILES; i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}

bool modem_is_profile(const char *name)
{
	return profile_named(name) != NULL;
}

void profile_copy(char *out, size_t max, const char *s, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < max; i++)
		if (s[i] >= 0x20 && s[i] <= 0x7E && s[i] != '"')
			out[used++] = s[i];
	out[used] = '\0';
}
