internal import Glibc
internal import LoadTest

/// The `roost-loadtest` command; everything it does is in `LoadTest`.
@main
struct Main {
  static func main() {
    exit(Command.run(Array(CommandLine.arguments.dropFirst())))
  }
}
