/*
 * power.h - the command of the office that takes a modem's power and gives it back: a USB hub's
 * switch, unbind and bind, a relay.
 *
 * No shell: a list of words, the first an absolute path. {port} and {usb} inside a word become
 * the device's path and its place on the bus ("1-1.2"; "" unknown). One run at a time; after
 * 30 s it is killed. All on the loop's thread; nothing blocks.
 */
#ifndef QUANZU_POWER_H
#define QUANZU_POWER_H

#include <stdbool.h>
#include <stddef.h>

enum { POWER_WORDS = 16, POWER_WORD = 256, POWER_LIMIT_MS = 30 * 1000 };

struct power;
struct uv_loop_s;

/* `words` are borrowed for the life of it, ended by NULL. Never NULL. */
struct power *power_new(struct uv_loop_s *loop, const char *const *words);
/* done(arg, ok) follows, never from inside; false: it could not be started, failed, or was killed. */
void power_run(struct power *p, const char *port, const char *usb, void (*done)(void *arg, bool ok),
	void *arg);
void power_free(struct power *p); /* kills what runs; no done() after it */
/* One word with its places filled in; cut at the end of `out`. Pure. */
void power_fill(const char *word, const char *port, const char *usb, char out[POWER_WORD]);

#endif
