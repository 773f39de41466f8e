package classify

import (
	"fmt"
	"sync"

	"github.com/go-ego/gse"
)

// Token is a word of a text: byte offsets into the text as it was given.
type Token struct {
	Start, End int
}

// Segmenter cuts Chinese text into words as gse does with its simplified dictionary, the lexicon's words before it, the
// shortest path without the hidden Markov model, and no stop words (gse's list holds 不 and 没有). It makes its
// dictionary, some hundredths of a second, at its first use, and is safe for concurrent use.
type Segmenter struct {
	lexicon *Lexicon
	load    func() (*dictionary, error)
}

// NewSegmenter returns a segmenter with the words of the lexicon, which must not be changed afterwards.
func NewSegmenter(lexicon *Lexicon) *Segmenter {
	return &Segmenter{lexicon: lexicon, load: sync.OnceValues(func() (*dictionary, error) {
		return newDictionary(gseWords, lexicon)
	})}
}

// with returns a segmenter with the words of the lexicon: s itself if they are its own, for its dictionary may be loaded.
func (s *Segmenter) with(lexicon *Lexicon) *Segmenter {
	if s.lexicon.equal(lexicon) {
		return s
	}
	return NewSegmenter(lexicon)
}

// loadGSE makes gse's own segmenter, which the dictionary is compared with. It loads the lexicon first: gse silently
// keeps the first frequency of a word. Each load ends with gse's CalcToken, without which a word has no distance.
func loadGSE(lexicon *Lexicon) (*gse.Segmenter, error) {
	seg := &gse.Segmenter{SkipLog: true, NotLoadHMM: true}
	if len(lexicon.Words) > 0 {
		if err := seg.LoadDictStr(lexicon.gseDictionary()); err != nil {
			return nil, fmt.Errorf("load the lexicon into gse: %w", err)
		}
	}
	if err := seg.LoadDictEmbed("zh_s"); err != nil {
		return nil, fmt.Errorf("load gse's embedded dictionary zh_s: %w", err)
	}
	// gse loads nothing and reports nothing when it was built without its dictionaries.
	if n := seg.Dict.NumTokens(); n < 100_000 {
		return nil, fmt.Errorf("gse's embedded dictionary zh_s holds only %d words; build without the tag ne", n)
	}
	return seg, nil
}

// Ready loads the dictionary if it is not loaded yet and reports why it cannot.
func (s *Segmenter) Ready() error {
	_, err := s.load()
	return err
}

// Segment cuts a text. The tokens lie end to end and cover it; invalid bytes are tokens of their own.
func (s *Segmenter) Segment(text string) ([]Token, error) {
	d, err := s.load()
	if err != nil {
		return nil, err
	}
	folded := make([]rune, 0, len(text)/2)
	starts := make([]int, 0, len(text)/2+1) // offset of each character
	for i, r := range text {
		starts = append(starts, i)
		folded = append(folded, s.lexicon.folder.fold(r))
	}
	starts = append(starts, len(text))
	var p path
	d.cut(&p, folded)
	tokens := make([]Token, 0, len(folded)/2+1)
	for at := 0; at < len(folded); {
		end := p.end(at)
		tokens = append(tokens, Token{starts[at], starts[end]})
		at = end
	}
	return tokens, nil
}
