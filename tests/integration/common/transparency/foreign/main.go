// Command foreign checks a log in a folder and a receipt of it with the libraries of others:
// foreign FOLDER LOG-KEY WITNESS-KEY RECEIPT
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/transparency-dev/formats/log"
	cosigned "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int                         { return 8 }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

// ReadTiles reads tiles as C2SP names them: as Go does, without the height.
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		content, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, content)
	}
	return found, nil
}

func checkpoint(text []byte, logKey, witnessKey note.Verifier) (tlog.Tree, error) {
	head, _, signed, err := log.ParseCheckpoint(text, logKey.Name(), logKey, witnessKey)
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(signed.Sigs) != 2 {
		return tlog.Tree{}, errors.New("log and witness did not both sign the checkpoint")
	}
	return tlog.Tree{N: int64(head.Size), Hash: tlog.Hash(head.Hash)}, nil
}

func check(at folder, logName, witnessName, receiptPath string) error {
	logKey, err := note.NewVerifier(logName)
	if err != nil {
		return err
	}
	witnessKey, err := cosigned.NewVerifierForCosignatureV1(witnessName)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(string(at), "checkpoint"))
	if err != nil {
		return err
	}
	newest, err := checkpoint(text, logKey, witnessKey)
	if err != nil {
		return err
	}
	var receipt struct{ Statement, Salt, Proof string }
	content, err := os.ReadFile(receiptPath)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, &receipt); err != nil {
		return err
	}
	statement, err := note.Open([]byte(receipt.Statement), note.VerifierList(logKey))
	if err != nil {
		return err
	}
	salt, err := base64.StdEncoding.DecodeString(receipt.Salt)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(statement.Text))
	var proved proof.TLogProof
	if err := proved.Unmarshal([]byte(receipt.Proof)); err != nil {
		return err
	}
	seen, err := checkpoint(proved.Checkpoint, logKey, witnessKey)
	if err != nil {
		return err
	}
	path := tlog.RecordProof{}
	for _, hash := range proved.Hashes {
		path = append(path, hash)
	}
	if err := tlog.CheckRecord(path, seen.N, seen.Hash, int64(proved.Index), tlog.RecordHash(mac.Sum(nil))); err != nil {
		return err
	}
	// TileHashReader proves every tile against the newest checkpoint before it uses it.
	consistent, err := tlog.ProveTree(newest.N, seen.N, tlog.TileHashReader(newest, at))
	if err != nil {
		return err
	}
	return tlog.CheckTree(consistent, newest.N, newest.Hash, seen.N, seen.Hash)
}

func main() {
	if err := check(folder(os.Args[1]), os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
