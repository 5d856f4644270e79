/*
 * speech.h - texts as sound, for modems whose sound comes from the host: made by a command of the
 * office (a speech program).
 *
 * The command is a list of words, the first a program's full path or name; no shell. {text}, {file}
 * and {out} inside a word become the text, the path of a file that holds it, and the path of
 * the WAV file to be written. One run at a time, in order; after ten seconds it is killed.
 *
 * Fixed prompts have a name: they are kept in the folder under the hash of their text, and a
 * recording of the office, prompts/NAME.wav, is used instead. A text without a name may be about a
 * person: its sound is never kept on the disk. Runs on the loop's thread; files are read and
 * written in the thread pool.
 */
#ifndef QUANZU_SPEECH_H
#define QUANZU_SPEECH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { SPEECH_WORDS = 16, SPEECH_LIMIT_MS = 10 * 1000, SPEECH_WAITING = 32 };

struct speech;

/* `words` ends with NULL and is borrowed for the life of it; NULL: only what lies in the folder. */
struct speech *speech_new(uv_loop_t *loop, const char *folder, const char *const *words);
void speech_free(struct speech *s); /* no done() after it; memory goes when the loop has run */

/*
 * done(arg, samples, count) follows, never from inside: 8 kHz 16-bit mono, malloc'ed, now the
 * receiver's; NULL: there is none. False: too many wait. `name` of a fixed prompt, or NULL.
 */
bool speech_make(struct speech *s, const char *text, const char *name,
	void (*done)(void *arg, int16_t *samples, size_t count), void *arg);
/* One word with its places filled in; cut at the end of `out`. Pure. */
void speech_fill(const char *word, const char *text, const char *file, const char *path, char *out,
	size_t n);

#endif
