#include "speech.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "seal.h"
#include "wav.h"

#include "banned.h"

enum { PATH_MAX_ = 512, WORD_MAX = 4096, FILE_MAX = 12 << 20, KEY = 32 };

struct wish { /* one text to be made */
	char text[2048], name[32];
	char wav[PATH_MAX_], made[PATH_MAX_], words[PATH_MAX_];
	void (*done)(void *arg, int16_t *samples, size_t count);
	void *arg;
};

/* Its reading and its child outlive it when it is freed early. */
struct job {
	uv_work_t work;
	uv_process_t process;
	struct speech *speech; /* NULL: nobody waits any more */
	struct wish wish;
	bool making, ran; /* ran: the command has written its file */
	int16_t *samples;
	size_t count;
};

struct speech {
	uv_loop_t *loop;
	uv_timer_t limit;
	char folder[PATH_MAX_ - 80];
	const char *const *command;
	struct job *job; /* NULL: idle */
	struct wish *waiting[SPEECH_WAITING];
	size_t count;
	int refused; /* in a row: the first is logged */
};

void speech_fill(
	const char *word, const char *text, const char *file, const char *path, char *out, size_t n)
{
	const struct {
		const char *mark, *with;
	} places[] = { { "{text}", text }, { "{file}", file }, { "{out}", path } };
	size_t used = 0;

	while (*word != '\0' && used + 1 < n) {
		const char *with = NULL;

		for (size_t i = 0; i < sizeof places / sizeof *places && with == NULL; i++)
			if (strncmp(word, places[i].mark, strlen(places[i].mark)) == 0) {
				with = places[i].with;
				word += strlen(places[i].mark);
			}
		if (with == NULL)
			out[used++] = *word++;
		else
			used += (size_t)snprintf(out + used, n - used, "%s", with);
	}
	out[used < n ? used : n - 1] = '\0';
}

static void next(struct speech *s);

static void over(struct job *j)
{
	struct speech *s = j->speech;

	if (s == NULL) {
		free(j->samples);
		free(j);
		return;
	}
	s->job = NULL;
	if (j->samples != NULL)
		s->refused = 0;
	uv_timer_stop(&s->limit);
	j->wish.done(j->wish.arg, j->samples, j->count);
	free(j);
	next(s);
}

/* --- in the thread pool: files ------------------------------------------------------------ */

static bool load(const char *path, int16_t **samples, size_t *count)
{
	FILE *f = fopen(path, "re");
	uint8_t *bytes = NULL;
	size_t n = 0;
	enum wav_rc rc = WAV_NOT;

	if (f == NULL)
		return false;
	bytes = malloc(FILE_MAX);
	if (bytes == NULL)
		abort();
	n = fread(bytes, 1, FILE_MAX, f);
	rc = wav_read(bytes, n, samples, count);
	free(bytes);
	fclose(f);
	if (rc == WAV_OK && *count > 0)
		return true;
	if (rc == WAV_OK)
		free(*samples);
	*samples = NULL;
	return false;
}

static void write_text(const struct wish *w)
{
	FILE *f = fopen(w->words, "we");

	if (f == NULL)
		return;
	fputs(w->text, f);
	fclose(f);
}

static void look(uv_work_t *work)
{
	struct job *j = work->data;
	struct wish *w = &j->wish;
	char prompt[PATH_MAX_ + 64];

	if (j->ran) { /* what the command has made becomes the file only if it is a sound */
		if (load(w->made, &j->samples, &j->count) && w->name[0] != '\0')
			rename(w->made, w->wav);
		unlink(w->made);
		unlink(w->words);
		return;
	}
	snprintf(prompt, sizeof prompt, "%.*s/prompts/%s.wav", (int)(strrchr(w->wav, '/') - w->wav),
		w->wav, w->name);
	if (w->name[0] != '\0' &&
		(load(prompt, &j->samples, &j->count) || load(w->wav, &j->samples, &j->count)))
		return;
	if (j->making)
		write_text(w);
}

/* --- the command ------------------------------------------------------------------------------ */

static void looked(uv_work_t *work, int status);

static void process_gone(uv_handle_t *h)
{
	struct job *j = h->data;

	if (!j->ran || uv_queue_work(h->loop, &j->work, look, looked) != 0)
		over(j);
}

static void ended(uv_process_t *p, int64_t status, int signal_no)
{
	struct job *j = p->data;

	j->ran = status == 0 && signal_no == 0;
	if (!j->ran && j->speech != NULL && j->speech->refused++ == 0)
		log_warn(
			"event=speech_command status=%lld signal=%d", (long long)status, signal_no);
	if (!j->ran) {
		unlink(j->wish.made);
		unlink(j->wish.words);
	}
	uv_close((uv_handle_t *)p, process_gone);
}

static void too_long(uv_timer_t *t)
{
	struct speech *s = t->data;

	if (s->job != NULL && uv_is_active((uv_handle_t *)&s->job->process)) {
		log_warn("event=speech_command why=\"killed after %d s\"", SPEECH_LIMIT_MS / 1000);
		uv_process_kill(&s->job->process, SIGKILL);
	}
}

static void run(struct job *j)
{
	struct speech *s = j->speech;
	uv_stdio_container_t none[3] = { { .flags = UV_IGNORE }, { .flags = UV_IGNORE },
		{ .flags = UV_IGNORE } };
	char *words[SPEECH_WORDS + 1] = { NULL };
	char *room = malloc((size_t)SPEECH_WORDS * WORD_MAX);
	uv_process_options_t how = {
		.args = words, .exit_cb = ended, .stdio = none, .stdio_count = 3
	};
	int rc;

	if (room == NULL)
		abort();
	for (size_t i = 0; i < SPEECH_WORDS && s->command[i] != NULL; i++) {
		words[i] = room + i * WORD_MAX;
		speech_fill(s->command[i], j->wish.text, j->wish.words, j->wish.made, words[i],
			WORD_MAX);
	}
	how.file = words[0];
	j->process.data = j;
	rc = uv_spawn(s->loop, &j->process, &how);
	free(room);
	if (rc == 0) {
		uv_timer_start(&s->limit, too_long, SPEECH_LIMIT_MS, 0);
		return;
	}
	if (s->refused++ == 0)
		log_error("event=speech_command why=\"%s\"", uv_strerror(rc));
	unlink(j->wish.words);
	uv_close((uv_handle_t *)&j->process, process_gone);
}

static void looked(uv_work_t *work, int status)
{
	struct job *j = work->data;

	(void)status;
	if (j->speech == NULL || j->ran || j->samples != NULL || !j->making)
		over(j);
	else
		run(j);
}

/* --- wishes ------------------------------------------------------------------------------------ */

static void next(struct speech *s)
{
	struct job *j;

	if (s->job != NULL || s->count == 0)
		return;
	j = calloc(1, sizeof *j);
	if (j == NULL)
		abort();
	j->wish = *s->waiting[0];
	free(s->waiting[0]);
	memmove(s->waiting, s->waiting + 1, --s->count * sizeof *s->waiting);
	j->speech = s;
	j->making = s->command != NULL;
	j->work.data = j;
	s->job = j;
	if (uv_queue_work(s->loop, &j->work, look, looked) != 0)
		over(j);
}

bool speech_make(struct speech *s, const char *text, const char *name,
	void (*done)(void *arg, int16_t *samples, size_t count), void *arg)
{
	struct wish *w;
	uint8_t hash[SEAL_HASH];
	char key[KEY + 1];

	if (s->count == SPEECH_WAITING || strlen(text) >= sizeof w->text - 1)
		return false;
	w = calloc(1, sizeof *w);
	if (w == NULL)
		abort();
	seal_sha256(text, strlen(text), hash);
	for (int i = 0; i < KEY / 2; i++)
		snprintf(key + 2 * (size_t)i, 3, "%02x", hash[i]);
	/* A text must not look like an option of the program. */
	snprintf(w->text, sizeof w->text, "%s%s", text[0] == '-' ? " " : "", text);
	snprintf(w->name, sizeof w->name, "%s", name == NULL ? "" : name);
	snprintf(w->wav, sizeof w->wav, "%s/%s.wav", s->folder, key);
	snprintf(w->made, sizeof w->made, "%s/%s.new.wav", s->folder, key);
	snprintf(w->words, sizeof w->words, "%s/%s.txt", s->folder, key);
	w->done = done;
	w->arg = arg;
	s->waiting[s->count++] = w;
	next(s);
	return true;
}

struct speech *speech_new(uv_loop_t *loop, const char *folder, const char *const *words)
{
	struct speech *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->loop = loop;
	s->command = words;
	snprintf(s->folder, sizeof s->folder, "%s", folder);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		log_error("event=speech_folder path=%s why=\"%s\"", folder, strerror(errno));
	uv_timer_init(loop, &s->limit);
	s->limit.data = s;
	return s;
}

static void speech_gone(uv_handle_t *h)
{
	free(h->data);
}

void speech_free(struct speech *s)
{
	while (s->count > 0)
		free(s->waiting[--s->count]);
	if (s->job != NULL) {
		s->job->speech = NULL;
		if (s->job->process.data != NULL && uv_is_active((uv_handle_t *)&s->job->process))
			uv_process_kill(&s->job->process, SIGKILL);
	}
	uv_close((uv_handle_t *)&s->limit, speech_gone);
}
