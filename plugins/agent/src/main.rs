//! The `haulout` program: an agent, the commands that talk to one, and a demo.

mod agent;
mod checks;
mod cli;
mod clock;
mod cluster;
mod commands;
mod control;
mod demo;
mod exit;
mod figures;
mod named_event;
mod offer;
mod pages;
mod settings;
mod signals;
mod sim;
mod table;
mod voice;

use clap::Parser;
use cli::{Cli, Command, ConfigCommand};
use exit::{Answer, Failure};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Sim(_)) {
        pages::ask_for_large();
    }
    // One thread: an agent has little to do, and each thread more costs memory.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(2)
        .thread_stack_size(512 * 1024)
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(run(cli));
            // A host name that is still looked up must not hold up the end.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(Failure::Failed(format!("cannot start: {error}"))),
    };
    match result {
        Ok(answer) => answer.into(),
        Err(failure) => {
            if !failure.is_silent() {
                // If standard error is closed as well, the exit code says it.
                let _ = writeln!(anstream::stderr(), "haulout: {failure}");
            }
            failure.code()
        }
    }
}

async fn run(cli: Cli) -> Result<Answer, Failure> {
    let mut out = anstream::stdout();
    match cli.command {
        Command::Agent(args) => agent::run(&args).await,
        Command::Members(args) => commands::members(&args, &mut out).await,
        Command::Info(args) => commands::info(&args, &mut out).await,
        Command::Join(args) => commands::join(&args, &mut out).await,
        Command::Leave(args) => commands::leave(&args, &mut out).await,
        Command::Services(args) => commands::services(&args, &mut out).await,
        Command::Service(args) => commands::service(&args, &mut out).await,
        Command::Events(args) => commands::events(&args, &mut out).await,
        Command::Event(args) => commands::event(&args, &mut out).await,
        Command::Config(args) => match args.command {
            ConfigCommand::Check { file } => commands::check(&file, &mut out),
        },
        Command::Demo(args) => demo::run(&args).await,
        Command::Sim(args) => sim::run(&args, &mut out),
        Command::Figures(args) => figures::run(&args).await,
    }
}
