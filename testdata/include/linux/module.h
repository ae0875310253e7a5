/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STUB_MODULE_H
#define STUB_MODULE_H

struct module;

#define THIS_MODULE ((struct module *)0)
#define EXPORT_SYMBOL(symbol) extern __typeof__(symbol) symbol
#define EXPORT_SYMBOL_GPL(symbol) extern __typeof__(symbol) symbol
#define MODULE_LICENSE(text) struct stub_module_licence
#define module_init(function) struct stub_module_init

#endif
