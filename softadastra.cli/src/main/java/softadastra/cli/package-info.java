/**
 * The {@code softadastra} command. {@link softadastra.cli.Main} starts it, {@link softadastra.cli.SoftadastraCommand} is the
 * tree of its subcommands, and {@link softadastra.cli.Io} is all it knows of the outside: data goes to standard output,
 * everything else to standard error.
 */
package softadastra.cli;
