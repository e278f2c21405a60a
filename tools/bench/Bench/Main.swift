import Base
import Glibc

@main struct Main {
  static func main() {
    switch Options.parse(CommandLine.arguments.dropFirst()) {
    case .help: write(Options.usage + "\n", to: 1)
    case .wrong(let message):
      write("roost-bench: \(message)\n\n\(Options.usage)\n", to: 2)
      exit(64)
    case .run(let options): run(options)
    }
  }

  private static func run(_ options: Options) {
    let machine = Machine.description
    let commit = Machine.commit
    if !options.isJSON { write("\(machine), commit \(commit)\n\n\(Figure.heading)\n", to: 1) }
    do {
      var suite = try Suite(options) { figure in
        if !options.isJSON { write(figure.row + "\n", to: 1) }
      }
      try suite.run()
      let figures = suite.figures.map(\.json).joined(separator: ",\n")
      let json = "{\"machine\":\"\(machine)\",\"commit\":\"\(commit)\",\"figures\":[\n\(figures)\n]}\n"
      if options.isJSON { write(json, to: 1) }
      if let file = options.jsonFile { try Machine.write(json, toFile: file) }
    } catch {
      write("roost-bench: \(error)\n", to: 2)
      exit(70)
    }
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let octets = Array(text.utf8)
    // As many octets as the array has; a reader that went away is not our concern.
    _ = unsafe Glibc.write(descriptor, octets, octets.count)
  }
}
