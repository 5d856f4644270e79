#include "sim_at.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_voice.h"

#include "banned.h"

/* Where names are looked up, in this order. A maker's voice commands get a table of their own here. */
static const struct sim_command *const tables[] = {
	sim_commands_send,
	sim_commands_list,
	sim_commands_sms,
	sim_commands_base,
	sim_commands_radio,
	sim_commands_call,
};

enum form { FORM_EXEC, FORM_READ, FORM_TEST, FORM_SET };

static const struct sim_command *command_of(const struct sim_modem *m, const char *name, size_t n)
{
	unsigned family = sim_family_bit(m->family);

	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (const struct sim_command *c = tables[t]; c->name != NULL; c++)
			if (strncasecmp(c->name, name, n) == 0 && c->name[n] == '\0' &&
				(c->families == 0 || (c->families & family) != 0))
				return c;
	return NULL;
}

static int need(const struct sim_modem *m, const struct sim_command *c, enum form form)
{
	bool puk = m->pin_tries == 0;

	if (c->need == SIM_NEEDS_NOTHING || sim_modem_sim_ready(m) || form == FORM_TEST)
		return SIM_OK;
	if (c->need == SIM_NEEDS_SIM)
		return SIM_CME_(puk ? 12 : 11);
	return SIM_CMS_(puk ? 316 : 311);
}

static int *setting(struct sim_modem *m, const struct sim_command *c)
{
	return (int *)(void *)((char *)&m->set + c->offset);
}

static int plain_read(struct sim_modem *m, const struct sim_command *c)
{
	sim_reply_line(m, "%s: %d", c->name, *setting(m, c));
	return SIM_OK;
}

static int plain_set(struct sim_modem *m, const struct sim_command *c, struct sim_args *a)
{
	int n = 0;

	if (!sim_args_number(a, 0, c->max, &n) || !sim_args_end(a))
		return c->need == SIM_NEEDS_SMS ? SIM_CMS_(302) : SIM_CME_(50);
	*setting(m, c) = n;
	return SIM_OK;
}

static int test(struct sim_modem *m, const struct sim_command *c)
{
	if (c->tell != NULL)
		return c->tell(m);
	if (c->test == NULL)
		return SIM_CME_(4);
	if (*c->test != '\0')
		sim_reply_line(m, "%s: %s", c->name, c->test);
	return SIM_OK;
}

static int run_form(
	struct sim_modem *m, const struct sim_command *c, enum form form, const char *value)
{
	struct sim_args a;
	int rc = need(m, c, form);

	sim_args_init(&a, value);
	if (rc != SIM_OK)
		return rc;
	if (form == FORM_TEST)
		return test(m, c);
	if (form == FORM_EXEC && c->exec != NULL)
		return c->exec(m);
	if (form == FORM_READ && c->read != NULL)
		return c->read(m);
	if (form == FORM_SET && c->set != NULL)
		return c->set(m, &a);
	if (form == FORM_READ && c->max > 0)
		return plain_read(m, c);
	if (form == FORM_SET && c->max > 0)
		return plain_set(m, c, &a);
	return SIM_CME_(4);
}

/* --- extended syntax (V.250 5.4) -------------------------------------------------------- */

/* To the semicolon that ends a command, outside quotes, or to the end. */
static size_t value_length(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] != '\0' && (quoted || s[n] != ';'); n++)
		if (s[n] == '"')
			quoted = !quoted;
	return n;
}

static int run_extended(struct sim_modem *m, const char **line)
{
	const char *name = *line, *s = name + 1;
	char value[SIM_LINE_LIMIT + 1];
	const struct sim_command *c;
	enum form form = FORM_EXEC;
	size_t n;

	while (isalnum((unsigned char)*s) || (*s != '\0' && strchr("!%-./:_", *s) != NULL))
		s++;
	c = command_of(m, name, (size_t)(s - name));
	if (s[0] == '=' && s[1] == '?') {
		form = FORM_TEST;
		s += 2;
	} else if (*s == '=') {
		form = FORM_SET;
		s++;
	} else if (*s == '?') {
		form = FORM_READ;
		s++;
	}
	n = value_length(s);
	*line = s + n;
	if (c == NULL)
		return SIM_CME_(4);
	if (n > 0 && form != FORM_SET)
		return SIM_ERROR;
	snprintf(value, sizeof value, "%.*s", (int)n, s);
	return run_form(m, c, form, value);
}

/* --- basic syntax (V.250 5.3) ------------------------------------------------------------ */

static const struct sim_basic *basic_of(const char *s)
{
	char name[3] = { (char)toupper((unsigned char)*s), '\0', '\0' };

	if (*s == '&')
		name[1] = (char)toupper((unsigned char)s[1]);
	for (const struct sim_basic *b = sim_basics; b->name != NULL; b++)
		if (strcmp(b->name, name) == 0)
			return b;
	return NULL;
}

/* D takes the rest up to the semicolon, which makes it a voice call. */
static int run_dial(struct sim_modem *m, const struct sim_basic *b, const char **line)
{
	size_t n = strcspn(*line, ";");
	char number[SIM_NUMBER_MAX];
	bool voice = (*line)[n] == ';';

	if (n >= sizeof number)
		return SIM_ERROR;
	snprintf(number, sizeof number, "%.*s", (int)n, *line);
	*line += n + (voice ? 1 : 0);
	return b->run(m, voice, number);
}

static int run_basic(struct sim_modem *m, const char **line)
{
	const struct sim_basic *b = basic_of(*line);
	char *end;
	long n;

	if (b == NULL)
		return SIM_ERROR;
	*line += strlen(b->name);
	if (b->name[0] == 'D')
		return run_dial(m, b, line);
	n = isdigit((unsigned char)**line) ? strtol(*line, &end, 10) : 0;
	*line += strspn(*line, "0123456789");
	if (b->name[0] == 'S') { /* S-registers are taken and forgotten, all but their form */
		if (**line == '?')
			sim_reply_line(m, "%03d", 0);
		*line += strspn(*line, "=?0123456789");
	}
	return b->run(m, n, NULL);
}

/* --- lines ----------------------------------------------------------------------------- */

/* A line may begin with noise; the command begins at its AT. */
static const char *attention(const char *line)
{
	for (; *line != '\0'; line++)
		if ((line[0] == 'A' && line[1] == 'T') || (line[0] == 'a' && line[1] == 't'))
			return line + 2;
	return NULL;
}

void sim_at_line(struct sim_modem *m, const char *line)
{
	const char *s = attention(line);
	int rc = SIM_OK;

	if (s == NULL)
		return;
	m->stats.commands++;
	if (line != m->last.data) {
		buf_clear(&m->last);
		buf_adds(&m->last, line);
	}
	while (rc == SIM_OK) {
		while (*s == ' ' || *s == ';')
			s++;
		if (*s == '\0')
			break;
		if (strchr("+^*$%#", *s) != NULL)
			rc = run_extended(m, &s);
		else
			rc = run_basic(m, &s);
	}
	sim_reply_result(m, rc);
}
