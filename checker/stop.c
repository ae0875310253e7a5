// SPDX-License-Identifier: GPL-2.0-only
/*
 * stop: the handler of signals, and a thread that writes the report of a run whose
 * time is over before anything is known, whatever the run itself waits for.
 */
#include "stop.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t has_answer;
/* There is a thread to tell. */
static volatile sig_atomic_t has_thread;

static struct {
	GThread *thread;
	sem_t wake; /* the time is over, or the run is */
	GMutex lock;
	bool ended;
	struct audit *audit; /* what is to be reported; NULL: nothing */
	const struct report_options *options;
} early;

/* Children die with us. */
static void say_and_exit(int signal)
{
	static const char interrupted[] = "\r\033[Kpfncheck: interrupted, nothing is known yet\n";
	static const char late[] =
		"\r\033[Kpfncheck: the time of --timeout is over, nothing is known yet\n";
	const char *message = signal == SIGALRM ? late : interrupted;
	const char *text = isatty(STDERR_FILENO) ? message : strchr(message, 'p');

	if (write(STDERR_FILENO, text, strlen(text)) < 0) {
		/* Nobody is there to read it. */
	}
	_exit(signal == SIGALRM ? EXIT_STOPPED : EXIT_CANNOT_RUN);
}

/* The second signal is not handled. */
static void on_signal(int signal)
{
	stopped = signal;
	if (has_answer)
		return;
	if (signal == SIGALRM && has_thread)
		sem_post(&early.wake);
	else
		say_and_exit(signal);
}

static void write_and_exit(void)
{
	g_autoptr(GError) error = NULL;

	if (early.audit && !report_write(early.audit, early.options, &error)) {
		g_autofree char *safe = escape_string(error->message);

		fprintf(stderr, "pfncheck: %s\n", safe);
		_exit(EXIT_CANNOT_RUN);
	}
	say_and_exit(SIGALRM);
}

/* Holds the lock to the end of the process, so that the run gets no further than that. */
static void *wait_for_end(void *unused)
{
	(void)unused;
	for (;;) {
		while (sem_wait(&early.wake)) {
		}
		g_mutex_lock(&early.lock);
		if (early.ended)
			break;
		if (!has_answer)
			write_and_exit();
		g_mutex_unlock(&early.lock);
	}
	g_mutex_unlock(&early.lock);
	return NULL;
}

void stop_begin(guint timeout)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	sigset_t all, before;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!timeout)
		return;
	sem_init(&early.wake, 0, 0);
	/* Signals are to interrupt what the run waits for. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	early.thread = g_thread_new("stop", wait_for_end, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	has_thread = 1;
	sigaction(SIGALRM, &action, NULL);
	alarm(timeout);
}

const volatile sig_atomic_t *stop_flag(void)
{
	return &stopped;
}

void stop_report_early(struct audit *audit, const struct report_options *options)
{
	if (!early.thread || has_answer) {
		audit_free(audit);
		return;
	}
	g_mutex_lock(&early.lock);
	audit_free(early.audit);
	early.audit = audit;
	early.options = options;
	g_mutex_unlock(&early.lock);
}

void stop_has_answer(void)
{
	g_mutex_lock(&early.lock);
	has_answer = 1;
	g_mutex_unlock(&early.lock);
}

void stop_end(void)
{
	if (!early.thread)
		return;
	alarm(0);
	g_mutex_lock(&early.lock);
	/* What failed for the time that is over is not to be told. */
	if (stopped == SIGALRM && !has_answer)
		write_and_exit();
	early.ended = true;
	g_mutex_unlock(&early.lock);
	sem_post(&early.wake);
	g_thread_join(early.thread);
	g_clear_pointer(&early.audit, audit_free);
}
